/** Whether a YAML file is meant to be a spec: editors hand over every one. Pure. */

/** A key that a spec, or a file of templates, begins a line with. */
const OWN_KEY = /^(?:"?sandbox"?|"?templates"?)[ \t]*:/m;
/** Files of these names and places are ours, also while nothing is in them yet. */
const OWN_PATH = /(?:^|\/)(?:sandboxes\/(?:.*\/)?[^/]+|sandbox)\.ya?ml$/;
/** The line that names the schema for yaml-language-server. */
const MODELINE = /^#\s*yaml-language-server:\s*\$schema=\S*sandbox\S*$/m;

/** By a key, the line that names its schema, or its path. */
export function isSpec(path: string, text: string): boolean {
  return OWN_KEY.test(text) || OWN_PATH.test(path) || MODELINE.test(text);
}
