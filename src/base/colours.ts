/**
 * Colours as SGR parameters. All are of the cube of 256, which themes of terminals leave alone, and have a
 * contrast of at least 3.4 on black and on white. Pure. Source: console_codes(4), WCAG 2.2 (1.4.3).
 */

export const RED = "38;5;160";
export const GREEN = "38;5;28";
export const YELLOW = "38;5;130";
export const BLUE = "38;5;32";

/** These distinguish many things; neighbours are far from each other in hue. */
export const DISTINCT = [30, 166, 28, 133, 33, 161, 100, 98, 31, 130, 164, 64].map(
  (index) => `38;5;${index}`,
);
