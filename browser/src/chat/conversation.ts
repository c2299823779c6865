/**
 * A conversation as data: prompts, the answers to each, and what followed which answer.
 *
 * It is a tree: an edited prompt or a second answer begins a new branch, and the reader can go back to the old one. The path consists
 * of the chosen prompts and answers; it is what the page shows and what is sent to the model.
 */
import type { Answer } from "./answer.ts";

/** The prompts that were put at one place. */
export interface Fork {
  readonly turns: Turn[];
  /** The index of the one that is shown. */
  chosen: number;
}

/** A prompt and the answers to it. */
export interface Turn {
  readonly prompt: string;
  readonly answers: Answer[];
  /** The index of the answer that the conversation goes on from. */
  chosen: number;
  /** What was asked after each answer, by its index. */
  readonly next: Fork[];
}

export class Conversation {
  readonly root: Fork;

  constructor(root: Fork = { turns: [], chosen: 0 }) {
    this.root = root;
  }

  /** The turns that are shown, first to last. */
  path(): Turn[] {
    const path: Turn[] = [];
    for (let fork: Fork | undefined = this.root; fork; ) {
      const turn: Turn | undefined = fork.turns[fork.chosen];
      if (!turn) break;
      path.push(turn);
      fork = turn.next[turn.chosen];
    }
    return path;
  }

  /** All prompts, those of other branches too. */
  get size(): number {
    const count = (fork: Fork): number =>
      fork.turns.reduce((sum, { next }) => sum + 1 + next.reduce((inner, each) => inner + count(each), 0), 0);
    return count(this.root);
  }

  /** Goes on with a prompt. */
  append(prompt: string): Turn {
    const last = this.path().at(-1);
    return add(last ? last.next[last.chosen]! : this.root, prompt);
  }

  /** Puts another prompt beside that of a turn on the path; what came after the former stays a branch. */
  beside(turn: Turn, prompt: string): Turn {
    return add(this.fork(turn), prompt);
  }

  /** The prompts that were put where that of a turn on the path was. */
  fork(turn: Turn): Fork {
    const path = this.path();
    const before = path[path.indexOf(turn) - 1];
    return before ? before.next[before.chosen]! : this.root;
  }
}

/** Adds an answer, from which the conversation goes on. */
export function addAnswer(turn: Turn, answer: Answer): void {
  turn.chosen = turn.answers.push(answer) - 1;
  turn.next.push({ turns: [], chosen: 0 });
}

function add(fork: Fork, prompt: string): Turn {
  const turn: Turn = { prompt, answers: [], chosen: 0, next: [] };
  fork.chosen = fork.turns.push(turn) - 1;
  return turn;
}
