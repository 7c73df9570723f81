/* A small editor for Python, in the colours of the page. */
import {
  defaultKeymap, history, historyKeymap, indentWithTab,
} from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching, HighlightStyle, indentOnInput, indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration, EditorView, keymap, lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--answer-comment)" },
  { tag: [tags.keyword, tags.operatorKeyword], color: "var(--answer-keyword)" },
  { tag: [tags.string, tags.number, tags.bool, tags.null],
    color: "var(--answer-value)" },
  { tag: tags.definition(tags.function(tags.variableName)),
    fontWeight: "bold" },
]);

const looks = EditorView.theme({
  "&": { backgroundColor: "var(--pst-color-background)" },
  "&.cm-focused": {
    outline: "3px solid var(--course-accent)", outlineOffset: "1px",
  },
  ".cm-content": { caretColor: "var(--pst-color-text-base)" },
  ".cm-gutters": {
    backgroundColor: "var(--pst-color-surface)",
    borderRight: "1px solid var(--course-line)",
    color: "var(--pst-color-text-muted)",
  },
  ".cm-line.answer-wrong": {
    boxShadow: "inset 4px 0 var(--answer-wrong)",
    backgroundColor: "var(--pst-color-surface)",
  },
});

// The line of an error is marked until the text changes.
const mark = StateEffect.define();
const marked = StateField.define({
  create: () => Decoration.none,
  update(before, change) {
    let now = change.docChanged ? Decoration.none : before;
    for (const effect of change.effects.filter((e) => e.is(mark))) {
      const line = effect.value;
      now = line && line <= change.state.doc.lines
        ? Decoration.set([Decoration.line({ class: "answer-wrong" })
          .range(change.state.doc.line(line).from)])
        : Decoration.none;
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/* Returns {read, write, mark, focus}. `labels` are attributes of the field;
   `changed` is called after each change, `run` by Control and Enter. */
window.courseAnswers.makeEditor = (parent, text, labels, changed, run) => {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        indentOnInput(),
        bracketMatching(),
        python(),
        window.matchMedia("(max-width: 600px)").matches
          ? EditorView.lineWrapping : [],
        marked,
        looks,
        syntaxHighlighting(colours),
        EditorState.tabSize.of(4),
        indentUnit.of("    "),
        EditorView.contentAttributes.of(labels),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed();
        }),
        // After Escape the next Tab leaves, however long it takes.
        EditorView.domEventHandlers({
          keydown(event, from) {
            if (event.key === "Escape") from.setTabFocusMode(true);
            else if (!["Tab", "Shift"].includes(event.key)) {
              from.setTabFocusMode(false);
            }
          },
          focus: (event, from) => { from.setTabFocusMode(false); },
        }),
        keymap.of([
          { key: "Mod-Enter", run: () => (run(), true) },
          indentWithTab, ...historyKeymap, ...defaultKeymap,
        ]),
      ],
    }),
  });
  return {
    read: () => view.state.doc.toString(),
    write: (now) => view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert: now },
    }),
    mark: (line) => view.dispatch({ effects: mark.of(line) }),
    focus: () => view.focus(),
  };
};
