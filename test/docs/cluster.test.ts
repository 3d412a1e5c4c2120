/** examples/cluster: what its compose file starts is a command that there is, with the packages of here. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { inProcess } from "../support/cli/in-process.js";

const SERVICE = z.looseObject({
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
});
const COMPOSE = z.strictObject({ services: z.record(z.string(), SERVICE) });

function text(name: string): string {
  return readFileSync(`examples/cluster/${name}`, "utf8");
}

it("examples/cluster starts workers that would work, and has no password in it", async () => {
  const { services } = COMPOSE.parse(parse(text("compose.yaml")));
  const [program, ...args] = services["worker"]?.command ?? [];
  expect(program).toBe("poolsim");
  expect(Object.keys(services["worker"]?.environment ?? {})).toEqual(["POOLSIM_QUEUE"]);
  // It gets as far as to look for its queue, which nobody has told it here.
  expect(await inProcess(...args)).toMatchObject({
    exitCode: 2,
    stderr: "--queue env:POOLSIM_QUEUE: the variable POOLSIM_QUEUE is not set\n",
  });
  const secrets = Object.values(services).flatMap(({ environment }) => Object.values(environment));
  for (const value of secrets) expect(value).toMatch(/\$\{POOLSIM_QUEUE_PASSWORD:\?\}/);
});

it("examples/cluster installs the packages that poolsim is tested with", () => {
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const name of ["bullmq", "ioredis"]) {
    expect(text("Dockerfile")).toContain(` ${name}@${devDependencies[name]}`);
  }
});
