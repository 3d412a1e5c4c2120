/** Names that every object of JavaScript has are names like others: no metric is called so. */
import { loadScenario } from "poolsim/sim";
import { expect, it } from "vitest";

const refused = (path: string, value: unknown) => {
  const load = () => loadScenario("docs/examples/my-pool.yaml", { set: [{ path, value }] });
  expect(load, String(value)).toThrow(expect.objectContaining({ code: "SCENARIO_INVALID" }));
};

it.each(Object.getOwnPropertyNames(Object.prototype))("%s is no metric", (name) => {
  refused("decision.objective", name);
  refused("decision.objective", `${name}.segments`);
  refused("decision.constraints", [{ metric: name, maxIncrease: 1 }]);
  refused("expect", [`with.${name} > 1`]);
  refused("expect", [`with.${name}.segments > 1`]);
});
