/** Bytes in the decimal unit that suits, with three significant digits: `4.92 GB`. As `engine/core/numbers.py` writes them; `tests/volumes.json` has cases. */
import { language } from "./texts.ts";

const UNITS: readonly [bytes: number, name: string][] = [
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
];

export function volume(bytes: number): string {
  for (const [unit, name] of UNITS) {
    if (bytes < unit) continue;
    const value = bytes / unit;
    const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return `${value.toLocaleString(language(), { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${name}`;
  }
  return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
}
