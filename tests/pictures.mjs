// Pictures made by hand, whole ones and others.

import { crc32, deflateSync } from "node:zlib";

const number = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

export const chunk = (kind, body) => {
  const named = Buffer.concat([Buffer.from(kind, "latin1"), body]);
  return Buffer.concat([number(body.length), named, number(crc32(named))]);
};

const header = (width, height) => chunk("IHDR", Buffer.concat([number(width), number(height), Buffer.from([8, 0, 0, 0, 0])]));

// One of grey dots that any browser shows; `more` chunks stand before its end.
export const png = (width = 2, height = 2, more = []) =>
  Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), header(width, height),
    chunk("IDAT", deflateSync(Buffer.alloc((Math.min(width, 64) + 1) * Math.min(height, 64)))), ...more, chunk("IEND", Buffer.alloc(0)),
  ]);

// Of exactly so many bytes.
export const pngOf = (bytes) => {
  const rest = bytes - png().length - 12;
  return png(2, 2, [chunk("prVt", Buffer.alloc(rest, 7))]);
};

export const jpeg = (width = 2, height = 2) =>
  Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0, 0xff, 0xda, 0, 2, 7, 7, 0xff, 0xd9]);

export const webp = (width = 2, height = 2) => {
  const head = Buffer.from("RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0", "latin1");
  head.writeUIntLE(width - 1, 24, 3);
  head.writeUIntLE(height - 1, 27, 3);
  return head;
};
