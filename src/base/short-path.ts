/** Paths of deep sandboxes in little room: the beginning and the end say most. Pure. */

/** `a/b/c/d` as `a/…/d`, with as many of the last names as fit into `width` columns. */
export function shortPath(path: string, width: number): string {
  if (path.length <= width) return path;
  const names = path.split("/");
  const first = names.shift() ?? "";
  let end = names.pop() ?? "";
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (`${first}/…/${name}/${end}`.length > width) break;
    end = `${name}/${end}`;
  }
  const short = `${first}/…/${end}`;
  return short.length <= width ? short : `…${path.slice(path.length - width + 1)}`;
}
