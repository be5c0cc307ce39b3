/** Shortens long paths in the middle. Pure. */

/** `a/b/c/d` as `a/…/d`, with as many of the last names as fit into `width` columns. */
export function shortPath(path: string, width: number): string {
  if (Bun.stringWidth(path) <= width) return path;
  const names = path.split("/");
  const first = names.shift() ?? "";
  let end = names.pop() ?? "";
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (Bun.stringWidth(`${first}/…/${name}/${end}`) > width) break;
    end = `${name}/${end}`;
  }
  const short = `${first}/…/${end}`;
  if (end !== "" && Bun.stringWidth(short) <= width) return short;
  const head = Math.floor((width - 1) / 3);
  return `${Bun.sliceAnsi(path, 0, head)}…${Bun.sliceAnsi(path, head + 1 - width)}`;
}
