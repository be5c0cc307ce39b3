/** Which files of the source have no test that is about them. */

import { importsOf } from "./imports.ts";
import type { Source } from "./source.ts";

/**
 * Paths of files that no test is named after and no test imports. Records alone need none, and the
 * rules of the checker are tested by the pages of their codes.
 */
export function untested(sources: readonly Source[], tests: readonly Source[]): string[] {
  const names = new Set(tests.map(({ path }) => path));
  const imported = new Set(
    tests.filter(({ path }) => path.endsWith(".ts")).flatMap((test) => importsOf(test)),
  );
  return sources
    .filter(({ text }) => /^(?:export )?(?:async )?(?:function|class|const)\b/m.test(text))
    .map(({ path }) => path)
    .filter((path) => !path.startsWith("src/check/rules/"))
    .filter((path) => !imported.has(path))
    .filter((path) => !names.has(path.replace(/^src\/(.*)\.ts$/, "test/$1.test.ts")));
}
