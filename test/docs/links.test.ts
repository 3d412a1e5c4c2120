/** Links between pages lead to files that are there, and to headings that they have. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, normalize } from "node:path";
import { expect, it } from "vitest";

const PAGES = [
  "README.md",
  ...readdirSync("docs").flatMap((file) => (/\.md$/.test(file) ? [`docs/${file}`] : [])),
];

/** What a link to a heading is called, and what pages name themselves. */
function anchorsOf(page: string): ReadonlySet<string> {
  const text = readFileSync(page, "utf8");
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
  return new Set([...headings, ...[...text.matchAll(/id="([^"]+)"/g)].map(([, id = ""]) => id)]);
}

it("pages have each heading once: a link to it leads to one place", () => {
  const repeated = PAGES.flatMap((page) => {
    const text = readFileSync(page, "utf8").replaceAll(/^```[\s\S]*?^```/gm, "");
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      heading.toLowerCase(),
    );
    return headings
      .filter((heading, index) => headings.indexOf(heading) !== index)
      .map((heading) => `${page}: ${heading}`);
  });
  expect(repeated).toEqual([]);
});

it("links between pages lead somewhere", () => {
  const dead = PAGES.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
      if (/^(?:https?|mailto):/.test(link)) return [];
      const [file = "", anchor = ""] = link.split("#");
      const target = file === "" ? page : normalize(`${dirname(page)}/${file}`);
      const isThere =
        existsSync(target) &&
        (anchor === "" || !target.endsWith(".md") || anchorsOf(target).has(anchor));
      return isThere ? [] : [`${page}: ${link}`];
    }),
  );
  expect(dead).toEqual([]);
});
