/** The editor of Python, a script of its own that is fetched when a reader wants to edit. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { python } from "@codemirror/lang-python";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, keymap, lineNumbers, type DecorationSet } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

/** `editor.css`, put in by the build. */
declare const STYLE: string;

const style = new CSSStyleSheet();
style.replaceSync(STYLE);
document.adoptedStyleSheets.push(style);

/** Marks a line, from 1; null takes the mark away. */
const markLine = StateEffect.define<number | null>();

const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(markLine)) continue;
      const { doc } = transaction.state;
      if (effect.value === null || effect.value > doc.lines) return Decoration.none;
      return Decoration.set(Decoration.line({ class: "quantlab-wrong" }).range(doc.line(effect.value).from));
    }
    return marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

export interface Editor {
  text(): string;
  setText(text: string): void;
  /** Marks the line that an error is about, and brings it into sight. */
  mark(line: number | null): void;
  focus(): void;
}

/**
 * @param parent Where it goes.
 * @param text What it shows at first.
 * @param label What it is, for screen readers.
 * @param on What is called on Ctrl+Enter, and when the reader changes the text.
 */
export function edit(
  parent: HTMLElement,
  text: string,
  label: string,
  on: { onRun: () => void; onEdit: () => void },
): Editor {
  const run = (): boolean => {
    on.onRun();
    return true;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        indentUnit.of("    "),
        python(),
        syntaxHighlighting(classHighlighter),
        marked,
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorView.updateListener.of(({ transactions }) => {
          if (transactions.some((each) => each.isUserEvent("input") || each.isUserEvent("delete"))) on.onEdit();
        }),
        // Tab moves on, as everywhere on the page: nobody is caught in the editor.
        keymap.of([{ key: "Mod-Enter", run }, ...defaultKeymap, ...historyKeymap]),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    setText: (to) =>
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: to }, effects: markLine.of(null) }),
    mark(line) {
      view.dispatch({ effects: markLine.of(line) });
      if (line !== null && line <= view.state.doc.lines) {
        view.dispatch({ effects: EditorView.scrollIntoView(view.state.doc.line(line).from) });
      }
    },
    focus: () => view.focus(),
  };
}
