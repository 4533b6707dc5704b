const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21] as const;
const SINES = Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32));
const START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const;
const BLOCK_BYTES = 64;

/**
 * MD5 (RFC 1321) of a text in UTF-8, as the number that its hexadecimal form spells: what Flagsmith draws lots by. Here,
 * since translating imports nothing; it keeps no secret.
 */
export function md5(text: string): bigint {
  const message = padded(new TextEncoder().encode(text));
  let state: readonly number[] = START;
  for (let at = 0; at < message.byteLength; at += BLOCK_BYTES) {
    const block = Array.from({ length: 16 }, (_, index) => message.getUint32(at + 4 * index, true));
    const mixed = mix(state, block);
    state = state.map((word, index) => (word + (mixed[index] ?? 0)) >>> 0);
  }
  const bytes = new DataView(new ArrayBuffer(16));
  for (const [index, word] of state.entries()) bytes.setUint32(4 * index, word, true);
  return (bytes.getBigUint64(0) << 64n) | bytes.getBigUint64(8);
}

/** A 1 bit, zeros up to the end of a block, and in its last eight bytes the length in bits. */
function padded(text: Uint8Array): DataView {
  const length = Math.ceil((text.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const bytes = new Uint8Array(length);
  bytes.set(text);
  bytes[text.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setBigUint64(length - 8, 8n * BigInt(text.length), true);
  return view;
}

function mix(state: readonly number[], block: readonly number[]): readonly number[] {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let step = 0; step < 64; step += 1) {
    const round = step >> 4;
    const [bits = 0, word = 0] =
      [
        [(b & c) | (~b & d), step],
        [(d & b) | (~d & c), 5 * step + 1],
        [b ^ c ^ d, 3 * step + 5],
        [c ^ (b | ~d), 7 * step],
      ][round] ?? [];
    const sum = (a + bits + (SINES[step] ?? 0) + (block[word % 16] ?? 0)) | 0;
    const shift = SHIFTS[4 * round + (step % 4)] ?? 0;
    [a, d, c] = [d, c, b];
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
  }
  return [a, b, c, d];
}
