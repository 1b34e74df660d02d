// Runs one compiled piece of work and prints the seconds it took, its digest and the bytes of memory that it grew to;
// `cargo xtask bench models` runs it.
import { readFileSync } from "node:fs";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const { exports } = new WebAssembly.Instance(module, {});
const start = performance.now();
const digest = exports.main(0, 0);
console.log((performance.now() - start) / 1000, digest, exports.memory.buffer.byteLength);
