/** Text as a terminal may be given it: names of files and values of options can hold anything. */

/** Control characters, but ends of lines, and characters that turn a line around. */
const HIDDEN = /[^\P{Cc}\n]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The text with such characters spelled out: `\u001b`. */
export function visible(text: string): string {
  return text.replaceAll(HIDDEN, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** A text of several lines in one: a space for each break, with what white space is around it. */
export function inOneLine(text: string): string {
  const lines = text.split("\n");
  return lines
    .map((line, at) => {
      const begun = at === 0 ? line : line.trimStart();
      return at === lines.length - 1 ? begun : begun.trimEnd();
    })
    .filter((line, at) => line !== "" || at === 0 || at === lines.length - 1)
    .join(" ");
}
