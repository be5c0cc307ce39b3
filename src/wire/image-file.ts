/** By what a file is known to be a plan image, apart from what is in one. Pure. */

export const IMAGE_MAGIC = "SBXPLAN\0";

/** Bytes; the shim refuses a larger one. */
export const IMAGE_SIZE_MAX = 1 << 30;

export function isImage(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes.subarray(0, IMAGE_MAGIC.length)) === IMAGE_MAGIC;
}
