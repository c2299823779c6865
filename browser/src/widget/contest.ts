/**
 * A run of the contest of formats. The page's own Python draws the weights and judges; the reader's `encode` runs in one interpreter and
 * `decode` in another, each started for it, so that the one has seen nothing but numbers and the other nothing but bytes.
 */
import type { Calls } from "../generated/protocol.ts";
import { Python, type Owner } from "../python/python.ts";

type Weights = Calls["draw_weights"]["answer"];

/** What the figure shows a run from. */
export interface Run {
  weights: Weights;
  blocks: Calls["encode_blocks"]["answer"];
  decoded: Weights;
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
  const alone = async <M extends "encode_blocks" | "decode_blocks">(method: M, params: Calls[M]["params"]): Promise<Calls[M]["answer"]> => {
    const python = (current = start());
    try {
      return (await python.call({ onPython: (state) => owner.onPython(state) }, method, params, ...([] as Calls[M]["sends"])))!.answer;
    } finally {
      python.stop();
    }
  };
  const { answer: weights } = (await ours.call({ onPython: (state) => owner.onPython(state) }, "draw_weights", {}))!;
  const blocks = await alone("encode_blocks", { code, weights });
  return { weights, blocks, decoded: await alone("decode_blocks", { code, blocks }) };
}
