/** A language client: starts a server over stdio and asks it, as an editor does. */

import { type ChildProcess, spawn } from "node:child_process";
import {
  createProtocolConnection,
  type Diagnostic,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";

export interface Client {
  readonly connection: ProtocolConnection;
  /** What the server can do. */
  readonly capabilities: Record<string, unknown>;
  /** Opens or replaces a document and awaits what is wrong with it. */
  diagnose(uri: string, text: string): Promise<readonly Diagnostic[]>;
  /** What is wrong with a file that need not be open, as soon as the server says. */
  published(uri: string): Promise<readonly Diagnostic[]>;
  stop(): Promise<void>;
}

const TIMEOUT_MS = 30_000;

/** `settings` answers what the server asks for by section. */
export async function startClient(
  command: readonly string[],
  settings: Record<string, unknown> = {},
  env: Record<string, string | undefined> = process.env,
): Promise<Client> {
  const [program = "", ...args] = command;
  const child: ChildProcess = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], env });
  if (child.stdout === null || child.stdin === null) throw new Error("no pipes");
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const waiting = new Map<string, (items: readonly Diagnostic[]) => void>();
  const versions = new Map<string, number>();
  connection.onNotification(
    "textDocument/publishDiagnostics",
    ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => {
      waiting.get(uri)?.(diagnostics);
      waiting.delete(uri);
    },
  );
  connection.onRequest(
    "workspace/configuration",
    ({ items }: { items: readonly { section?: string }[] }) =>
      items.map(({ section }) => settings[section ?? ""] ?? null),
  );
  connection.onRequest("client/registerCapability", () => null);
  connection.listen();
  const { capabilities } = await connection.sendRequest<{ capabilities: Record<string, unknown> }>(
    "initialize",
    {
      processId: process.pid,
      rootUri: null,
      capabilities: {
        workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
        textDocument: {
          hover: { contentFormat: ["markdown", "plaintext"] },
          completion: { completionItem: { snippetSupport: true } },
          publishDiagnostics: { relatedInformation: true },
        },
      },
    },
  );
  await connection.sendNotification("initialized", {});
  await connection.sendNotification("workspace/didChangeConfiguration", { settings });

  const published = (uri: string) =>
    new Promise<readonly Diagnostic[]>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no diagnostics of ${uri}`)), TIMEOUT_MS);
      waiting.set(uri, (items) => {
        clearTimeout(timer);
        resolve(items);
      });
    });

  return {
    connection,
    capabilities,
    published,
    async diagnose(uri, text) {
      const version = (versions.get(uri) ?? 0) + 1;
      versions.set(uri, version);
      const answer = published(uri);
      if (version === 1) {
        await connection.sendNotification("textDocument/didOpen", {
          textDocument: { uri, languageId: "yaml", version, text },
        });
      } else {
        await connection.sendNotification("textDocument/didChange", {
          textDocument: { uri, version },
          contentChanges: [{ text }],
        });
      }
      return answer;
    },
    async stop() {
      await connection.sendRequest("shutdown");
      await connection.sendNotification("exit");
      connection.dispose();
      child.kill();
    },
  };
}

/** Where `mark` begins in `text`, as editors count, plus `characters`. */
export function positionOf(text: string, mark: string, characters = 0) {
  const at = text.indexOf(mark) + characters;
  const before = text.slice(0, at).split("\n");
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}
