/** What runs a pool: the image, the compose file and the unit start a command that there is, without rights. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { poolFileText } from "../../src/cli/pool/shared/pool-file-text.js";
import { ALERT_KINDS } from "../../src/pool/operate/alerts/conditions.js";
import { inProcess } from "../support/cli/in-process.js";

const UNIT = "examples/systemd/poolsim-pool.service";
const fileSchema = z.looseObject({
  api: z.looseObject({ host: z.string(), port: z.number(), plain: z.boolean() }),
});
const ANALYZE = "/usr/bin/systemd-analyze";

/** It gets as far as to look for its file. */
async function expectRuns(args: readonly string[]): Promise<void> {
  expect(args.slice(0, 2)).toEqual(["pool", "up"]);
  const found = await inProcess(...args.slice(0, 2), "nowhere/pool.yaml");
  expect(found).toMatchObject({ exitCode: 2 });
  expect(found.stderr).toContain("nowhere/pool.yaml");
}

it("the Containerfile starts it as nobody, looks whether it is ready, and writes to one volume", async () => {
  const text = readFileSync("Containerfile", "utf8");
  const [, command = ""] = /^CMD (\[.*\])$/m.exec(text) ?? [];
  await expectRuns(JSON.parse(command));
  expect(text).toMatch(/^USER 10001:10001$/m);
  expect(text.match(/^VOLUME .*/gm)).toEqual(["VOLUME /var/lib/poolsim"]);
  expect(text).toContain("'/readyz'");
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(text).toContain(`/context/poolsim-${version}.tgz`);
});

it("the compose file keeps it behind a proxy, on a root that is only read", async () => {
  const service = z.looseObject({ command: z.array(z.string()) });
  const { services } = z
    .looseObject({ services: z.record(z.string(), service) })
    .parse(parse(readFileSync("examples/compose.yaml", "utf8")));
  const { pool, caddy } = services;
  await expectRuns(pool?.command ?? []);
  expect(pool).toMatchObject({
    network_mode: "service:caddy",
    read_only: true,
    cap_drop: ["ALL"],
    init: true,
  });
  expect(pool).not.toHaveProperty("ports");
  // Where pool init has it listen, for a demo or not.
  const to = caddy?.command.at(-1) ?? "";
  for (const isDemo of [false, true]) {
    const text = poolFileText({ commission: "0.25", scheme: "per-job", isDemo });
    const { api } = fileSchema.parse(parse(text));
    expect(`${api.host}:${api.port}`).toBe(to);
    expect(api.plain).toBe(true);
  }
  // Its look at its health, and that of the image.
  expect(JSON.stringify(pool)).toContain(`http://${to}/readyz`);
  expect(readFileSync("Containerfile", "utf8")).toContain(`POOLSIM_URL=http://${to}`);
});

it("the unit starts it, and is as safe as the docs say", async () => {
  const text = readFileSync(UNIT, "utf8");
  const [, start = ""] = /^ExecStart=\/usr\/bin\/env poolsim (.*)$/m.exec(text) ?? [];
  await expectRuns(start.split(" "));
  const docs = readFileSync("docs/operations.md", "utf8");
  const [, figure = ""] = /systemd-analyze security` gives it (\d\.\d)/.exec(docs) ?? [];
  expect(Number(figure)).toBeLessThan(2);
  // Elsewhere the figure cannot be looked at; Debian's CI has it.
  if (!existsSync(ANALYZE)) return;
  const { stdout } = spawnSync(ANALYZE, ["security", "--offline=true", "--no-pager", UNIT], {
    encoding: "utf8",
  });
  expect(stdout).toContain(`Overall exposure level for poolsim-pool.service: ${figure} OK`);
});

it("the docs have a section for each alert, and for each command that keeps a reason", async () => {
  const headings = readFileSync("docs/operations.md", "utf8").match(/^### .*$/gm) ?? [];
  const has = (name: string) => headings.some((heading) => heading.includes(`\`${name}\``));
  expect(Object.keys(ALERT_KINDS).filter((kind) => !has(kind))).toEqual([]);
  const { stdout } = await inProcess("pool", "--help");
  const names = [...stdout.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name ?? "");
  expect(names).toContain("hold");
  const reasoned: string[] = [];
  for (const name of names) {
    const help = await inProcess("pool", name, "--help");
    if (/^ {2}--reason /m.test(help.stdout)) reasoned.push(name);
  }
  expect(reasoned.length).toBeGreaterThan(8);
  // Its section is that of what it approves; verify and payouts have a page of their own.
  const elsewhere = ["payouts", "verify"];
  expect(reasoned.filter((name) => !elsewhere.includes(name) && !has(`pool ${name}`))).toEqual([]);
});
