/** Names of sandboxes and processes, which are parts of paths such as outer/web.1. Pure. */

const NODE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** In characters. */
export const NODE_NAME_LENGTH_MAX = 64;

export function isNodeName(text: string): boolean {
  return NODE_NAME.test(text) && text.length <= NODE_NAME_LENGTH_MAX;
}

/** The name that is most like `text`; null where nothing of it can stay. */
export function nodeNameLike(text: string): string | null {
  const name = text
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^[-_]+|-+$/g, "")
    .slice(0, NODE_NAME_LENGTH_MAX);
  return name === "" ? null : name;
}
