/** Lists within remarks of a captured spec, truncated. Pure. */

const ITEMS_SHOWN = 3;
const COMMAND_MAX = 40;

export function shown(items: readonly string[]): string {
  const more = items.length - ITEMS_SHOWN;
  return items.slice(0, ITEMS_SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Names the commands that a process had forked. */
export function forkedRemark(commands: readonly (readonly string[])[]): string[] {
  if (commands.length === 0) return [];
  // A zombie has no command any more.
  return [`had forked ${shown(commands.map((argv) => commandText(argv) || "one that has ended"))}`];
}

/** Names the commands that a process had forked, and that are declared as well. */
export function againRemark(commands: readonly (readonly string[])[]): string[] {
  if (commands.length === 0) return [];
  return [`had forked ${shown(commands.map(commandText))}, declared here: it may fork them again`];
}

export function commandText(argv: readonly string[]): string {
  const text = argv.join(" ");
  return text.length > COMMAND_MAX ? `${text.slice(0, COMMAND_MAX - 1)}…` : text;
}
