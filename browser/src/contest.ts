/**
 * A run of the contest of formats: the reader's `encode` in one interpreter, `decode` in another that is started for it, so that
 * nothing but bytes comes from the one to the other.
 */
import { Python, type Owner } from "./python.ts";

/** What the figure shows a run from. */
export interface Run {
  /** Of the weights: made anew for each run, and never told to the decoder. */
  seed: number;
  blocks: unknown;
  decoded: unknown;
}

/** The interpreter that is at work; Stop ends it. */
let current: Python | undefined;

export function stopContest(): void {
  current?.stop();
}

/**
 * @param start Makes an interpreter that has run nothing.
 * @param owner Told what the start of each is doing.
 * @throws CodeError The code does not run, or takes too long.
 */
export async function contest(start: () => Python, owner: Owner, code: string): Promise<Run> {
  const half = async (step: "encode" | "decode", argument: object): Promise<unknown> => {
    const python = (current = start());
    try {
      return await python.contest(owner, step, { code, ...argument });
    } finally {
      python.stop();
    }
  };
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const blocks = await half("encode", { seed });
  return { seed, blocks, decoded: await half("decode", { blocks }) };
}
