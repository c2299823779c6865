/** Code in the colours of its language, by the parsers of the page's editor and their sisters. A module of its own, fetched for the first such code. */
import { classHighlighter, highlightCode } from "@lezer/highlight";
import { parser as javascript } from "@lezer/javascript";
import { parser as json } from "@lezer/json";
import { parser as python } from "@lezer/python";
import { parser as xml } from "@lezer/xml";
import type { Node } from "./nodes.ts";

const typescript = javascript.configure({ dialect: ["ts", "jsx"].join(" ") });

const LANGUAGES: Record<string, typeof python> = {
  py: python,
  python,
  python3: python,
  js: javascript,
  javascript,
  jsx: javascript.configure({ dialect: "jsx" }),
  ts: typescript,
  typescript,
  tsx: typescript,
  json,
  xml,
  svg: xml,
  html: xml,
};

export function highlight(code: string, language: string): readonly Node[] | undefined {
  if (!Object.hasOwn(LANGUAGES, language)) return undefined;
  const nodes: Node[] = [];
  highlightCode(
    code,
    LANGUAGES[language]!.parse(code),
    classHighlighter,
    (text, classes) => {
      if (classes) nodes.push(["token", { kind: classes }], text, null);
      else nodes.push(text);
    },
    () => nodes.push("\n"),
  );
  return nodes;
}
