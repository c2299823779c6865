/** A comparison as the reader has it: the run, what was voted on it, and where two models part. */
import type { Curve } from "../../generated/protocol.ts";
import type { Answer } from "../answer.ts";
import type { Inspection } from "../drawing.ts";
import type { Marking } from "../marks.ts";
import type { Verdict } from "../verdicts.ts";
import type { ModelCard } from "../wire.ts";
import { measure, type Values } from "./measures.ts";
import type { Parting } from "./divergence.ts";
import type { Cell, Run } from "./run.ts";
import { random, shuffled } from "./statistics.ts";
import { ballots, count, type Ballot, type Choice, type Count, type Pair } from "./vote.ts";

/** More pairs than this are more than a reader judges with care: twice as many questions. */
export const MOST_PAIRS = 15;

export interface Vote {
  readonly pairs: readonly Pair[];
  readonly ballots: readonly Ballot[];
  /** One for each ballot that was judged, in their order. */
  readonly choices: Choice[];
  /** The voter had seen which model wrote what. */
  readonly wasSeen: boolean;
  isOver: boolean;
}

/** Two greedy answers, token by token. */
export interface Parted {
  readonly prompt: string;
  /** Positions in the comparison's models. */
  readonly models: readonly [number, number];
  readonly answers: readonly [Answer, Answer];
  /** Null where the answers are the same. */
  readonly parting: Parting | null;
}

/** What the marks of a comparison's answers are, as far as they were found. */
export interface Marked {
  /** By answer. */
  readonly markings: ReadonlyMap<Answer, Marking>;
  /** Null where nothing was drawn, or there is no model to draw it for. */
  readonly curve: Curve | null;
  /** Why some or all have no marks; empty where all have them. */
  readonly why: string;
}

/** Which answers are right, by the rules of their prompts, as far as it was found. */
export interface JudgedAnswers {
  readonly verdicts: ReadonlyMap<Answer, Verdict>;
  /** Why some or all have no verdict; empty where all with a rule have one. */
  readonly why: string;
}

export class Comparison {
  readonly run: Run;
  /** What the reader sees for each model of the plan. */
  readonly labels: readonly string[];
  /** Answers are kept back until the vote is over. */
  isHidden: boolean;
  /** The reader has seen answers together with their models' names. */
  wasSeen = false;
  /** What the server tells of each model; null where it tells nothing. */
  readonly cards: readonly (ModelCard | null)[];
  vote: Vote | undefined;
  parted: Parted | undefined;
  /** Whether the drawings are right, once they were marked. */
  marked: Marked | undefined;
  /** Whether the answers are right, once they were judged by the rules of their prompts. */
  judged: JudgedAnswers | undefined;

  readonly #inspect: (text: string) => Inspection | null;
  readonly #values = new WeakMap<Answer, Values>();

  /** @param inspect What is known of the SVG in a text. */
  constructor(
    run: Run,
    labels: readonly string[],
    cards: readonly (ModelCard | null)[],
    isHidden: boolean,
    inspect: (text: string) => Inspection | null,
  ) {
    this.run = run;
    this.labels = labels;
    this.cards = cards;
    this.isHidden = isHidden;
    this.#inspect = inspect;
  }

  /** What a file may tell: nothing, while the voter is not to know. */
  get isTold(): boolean {
    return !this.isHidden && this.vote?.isOver !== false;
  }

  /** The measures of a cell that is done. */
  values({ answer }: { answer: Answer }): Values {
    const known = this.#values.get(answer) ?? measure(answer, this.#inspect(answer.text));
    this.#values.set(answer, known);
    return known;
  }

  /** Pairs of different models' answers to one prompt with one seed, where there is something to choose. */
  pairs(): Pair[] {
    const { cells } = this.run;
    const done = cells.flatMap((cell, i) => (cell.state === "done" && !cell.isControl ? [{ cell, i }] : []));
    return done.flatMap(({ cell, i }, position) =>
      done.slice(position + 1).flatMap(({ cell: other, i: j }) => {
        const isPair = cell.prompt === other.prompt && cell.seed === other.seed && cell.model !== other.model;
        return isPair && cell.answer!.text !== other.answer!.text ? [{ one: i, other: j }] : [];
      }),
    );
  }

  /** Begins a vote on all pairs, or on a random choice of them. */
  beginVote(seed: number): Vote {
    const pairs = shuffled(this.pairs(), random(seed)).slice(0, MOST_PAIRS);
    return (this.vote = { pairs, ballots: ballots(pairs, seed), choices: [], wasSeen: this.wasSeen, isOver: false });
  }

  /** What the vote says of each two models, by their positions. */
  counts(): { one: number; other: number; count: Count }[] {
    const { cells, plan } = this.run;
    const { ballots = [], choices = [] } = this.vote ?? {};
    const model = (cell: number): number => (cells[cell] as Cell).model;
    const judged = choices.map((choice, i) => ({ choice, ballot: ballots[i]! }));
    return plan.models.flatMap((_, one) =>
      plan.models.flatMap((_, other) => {
        const own = judged.filter(({ ballot: { left, right } }) => {
          const both = [model(left), model(right)];
          return both.includes(one) && both.includes(other);
        });
        return one < other && own.length ? [{ one, other, count: count(own, (cell) => model(cell) === one) }] : [];
      }),
    );
  }
}
