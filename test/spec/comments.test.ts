/** Finding comments, and attaching each to the node that it speaks of. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as YAML from "yaml";
import { attachComments, commentsOf } from "../../src/spec/comments.ts";

const test = suite("comments");

test("what only looks like a comment is none", () => {
  const text = `# head
a: "# no" # yes
b: 'x # no'
c: x#no # too
d: |
  # no
  text # no
e: [1, # in a list
  2]
`;
  assert.equal(commentsOf(text), ["# head", "# yes", "# too", "# in a list"]);
});

function attached(text: string): string {
  const document = YAML.parseDocument(text);
  attachComments(document, text);
  return document.toString();
}

test("a comment that is indented less goes to the next node further out, or to the end", () => {
  const text = `a:
  b:
    c: 1
    # of b
  # of a

# of d
d:
  - 1
  # in d
# foot
`;
  const made = attached(text);
  for (const line of ["    # of b", "  # of a", "\n# of d\nd:", "  # in d", "\n# foot"]) {
    assert.ok(made.includes(line), `${line}\n${made}`);
  }
});

test("a comment behind a key stays in its line, and those below it below", () => {
  for (const text of [
    "a: # why\n  b: 1\n",
    "a: # why\n  - 1\n",
    "a: # why\n  # more\n  b: 1\n",
    "a: # why\n  # more\n\n  # still\n  b: # this\n    c: 1\n",
    "a:\n  # own\n  b: 1\n",
    "a: # why\nb: 1\n",
    '"a b": # why\n  - 1\n',
  ])
    assert.is(attached(text), text);
});

test("flow collections keep what is in them", () => {
  const text = "a: [\n    1, # one\n  # two\n  ]\nb: 1\n";
  assert.equal(commentsOf(attached(text)), ["# one", "# two"]);
});

test.run();
