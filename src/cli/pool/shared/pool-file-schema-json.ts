/** The JSON Schema of `pool.yaml`, for editors. */
import { z } from "zod";
import { poolFileSchema } from "./pool-file-schema.js";

/** As editors take it; spans of time are text there. */
export function poolFileSchemaJson(): object {
  return {
    ...z.toJSONSchema(poolFileSchema, { io: "input", unrepresentable: "any", target: "draft-7" }),
    title: "A pool that poolsim keeps",
  };
}
