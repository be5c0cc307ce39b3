/** The values of a spec's parameters, as a plan image carries them for reports. Pure. */

export type Params = Readonly<Record<string, string | number | boolean>>;

/** Empty where there are none; keys in order, so that equal values give equal bytes. */
export function paramsText(params: Params): string {
  const entries = Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? "" : JSON.stringify(Object.fromEntries(entries));
}

/** What is no such text, as of an image that nobody wrote, has no parameters. */
export function parsedParams(text: string): Params {
  try {
    const parsed: unknown = text === "" ? {} : JSON.parse(text);
    if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed)) return {};
    const isValue = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);
    return Object.fromEntries(Object.entries(parsed).filter(([, value]) => isValue(value)));
  } catch {
    return {};
  }
}
