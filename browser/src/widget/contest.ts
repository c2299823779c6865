/**
 * A run of the contest of formats. The page's own Python draws the weights and judges; the reader's `encode` runs in one interpreter and
 * `decode` in another, each started for it, so that the one has seen nothing but numbers and the other nothing but bytes.
 */
import { Python, type Owner } from "../python/python.ts";

/** What the figure shows a run from. */
export interface Run {
  weights: unknown;
  blocks: unknown;
  decoded: unknown;
}

/** The interpreter that is at work; Stop ends it. */
let current: Python | undefined;

export function stopContest(): void {
  current?.stop();
}

/**
 * @param ours The page's own Python.
 * @param start Makes an interpreter that has run nothing.
 * @param owner Told what the start of each is doing.
 * @throws CodeError The code does not run, or takes too long.
 */
export async function contest(ours: Python, start: () => Python, owner: Owner, code: string): Promise<Run> {
  const half = async (step: "encode" | "decode", argument: object): Promise<unknown> => {
    const python = (current = start());
    try {
      return await python.contest(owner, step, { code, ...argument });
    } finally {
      python.stop();
    }
  };
  const weights = await ours.contest(owner, "draw", {});
  const blocks = await half("encode", { weights });
  return { weights, blocks, decoded: await half("decode", { blocks }) };
}
