/** What `sandbox explain` says of one code. Pure. */

export interface CodePage {
  /** Kebab-case, also the name of the fixture. */
  readonly name: string;
  readonly severity: "error" | "warning";
  readonly text: string;
  /** A spec with the mistake, and the corrected one; empty where no spec can show it. */
  readonly wrong: string;
  readonly right: string;
  /** Files that both include, by name. */
  readonly files: Readonly<Record<string, string>>;
}

export const page = (
  name: string,
  text: string,
  wrong = "",
  right = "",
  severity: CodePage["severity"] = "error",
  files: CodePage["files"] = {},
): CodePage => ({ name, severity, text, wrong, right, files });

/** A spec with this body, and one with this process. */
export const spec = (body: string): string => `sandbox: demo\n${body}\n`;
export const one = (body: string): string => spec(`processes:\n  web: ${body}`);
