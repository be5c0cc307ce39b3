/** `sandbox completion`: a completion script. */

import { type AnyCommand, command } from "../command.ts";

export default command<
  [shell: string, file: string | undefined],
  { readonly commands: readonly AnyCommand[] }
>({
  name: "completion",
  group: "host",
  description: "print a completion script for a shell",
  arguments: [
    {
      usage: "<shell>",
      description: "bash, zsh or fish; params and paths list what a spec has, for the scripts",
      completes: ["bash", "zsh", "fish"],
    },
    { usage: "[spec]", description: "for params and paths", completes: null },
  ],
  options: [],
  examples: [
    ["completion bash", "into ~/.local/share/bash-completion/completions/sandbox"],
    ["completion zsh", "into a directory of $fpath, as _sandbox"],
    ["completion fish", "into ~/.config/fish/completions/sandbox.fish"],
  ],
  isAboutCommands: true,
  run: async ({ commands }, shell, file) =>
    (await import("../completion.ts")).run(shell, commands, file),
});
