import { describe, expect, it } from "vitest";
import { commandLineOf } from "../../src/cli/shared/terminal.js";

describe("the command line for replaying", () => {
  it("is quoted where a shell needs it", () => {
    expect(commandLineOf(["run", "a b.yaml", "--set", "x=it's"])).toBe(
      `poolsim run 'a b.yaml' --set 'x=it'\\''s'`,
    );
  });

  it("has no password in it", () => {
    expect(commandLineOf(["discover", "--ethPassword", "secret", "--quiet"])).toBe(
      "poolsim discover --ethPassword … --quiet",
    );
    expect(commandLineOf(["discover", "--ethPassword=secret"])).not.toContain("secret");
    expect(commandLineOf(["worker", "--queue", "rediss://me:secret@a:6379/0"])).toBe(
      "poolsim worker --queue 'rediss://…@a:6379/0'",
    );
    expect(commandLineOf(["worker", "--queue=redis://:secret@a"])).not.toContain("secret");
  });
});
