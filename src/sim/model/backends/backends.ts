/** Which backend each node of a world has: the one place that asks for the kind. */
import type { Node, World } from "../world/world.js";
import type { Backend } from "./backend.js";

/**
 * By node.
 *
 * @param make makes the backend of a kind; called once for each kind that the world has
 */
export function backendsOf(
  { nodes }: World,
  make: Readonly<Record<Node["backend"], () => Backend>>,
): readonly Backend[] {
  const made = new Map<Node["backend"], Backend>();
  return nodes.map(({ backend: kind }) => {
    const backend = made.get(kind) ?? make[kind]();
    made.set(kind, backend);
    return backend;
  });
}
