/** `sandbox completion`: a completion script. */

import { type AnyCommand, command } from "../command.ts";

export default command<[shell: string], { readonly commands: readonly AnyCommand[] }>({
  name: "completion",
  group: "host",
  description: "print a completion script for a shell",
  arguments: [
    { usage: "<shell>", description: "bash, zsh or fish", completes: ["bash", "zsh", "fish"] },
  ],
  options: [],
  examples: [
    ["completion bash", "into ~/.local/share/bash-completion/completions/sandbox"],
    ["completion zsh", "into a directory of $fpath, as _sandbox"],
    ["completion fish", "into ~/.config/fish/completions/sandbox.fish"],
  ],
  isAboutCommands: true,
  run: async ({ commands }, shell) => (await import("../completion.ts")).run(shell, commands),
});
