/** Small parts that the spec's schema is put together from. Pure. */

import Type from "typebox";

export const text = (description: string, examples: readonly string[] = []) =>
  Type.String({ description, examples });

export const duration = (description: string) =>
  text(`${description} A duration: \`250ms\`, \`5s\`, \`2m\`, \`1h\`.`, ["5s"]);
