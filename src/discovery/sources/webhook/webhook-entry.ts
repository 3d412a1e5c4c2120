/** The kind of source that a webhook is; what asks it is loaded with the first one. */
import { orchestratorSourceEntry, originOf } from "../entry.js";

export const webhookEntry = orchestratorSourceEntry({
  name: "webhook",
  description: "The list that a web server gives (W-1).",
  settings: ({ z, text }) =>
    z.strictObject({ orchWebhookUrl: text("The list that a web server gives (W-1).", "url") }),
  label: ({ orchWebhookUrl }) => `webhook of ${originOf(orchWebhookUrl)}`,
  create: async ({ orchWebhookUrl }, { asksEachTime = false }) => {
    const { WebhookSource } = await import("./webhook-source.js");
    return new WebhookSource({ url: orchWebhookUrl, ...(asksEachTime ? { refreshMs: 0 } : {}) });
  },
});
