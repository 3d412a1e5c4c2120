/** The kind of source that a remote signer is; what asks it is loaded with the first one. */
import { orchestratorSourceEntry, originOf } from "../entry.js";

export const signerEntry = orchestratorSourceEntry({
  name: "signer",
  description: "The list of a remote signer that discovers for gateways (A-72, A-76).",
  settings: ({ z, text }) =>
    z.strictObject({
      remoteSignerUrl: text("The list of a remote signer (A-72, A-76).", "url"),
      remoteSignerHeadersFile: text(
        "File of headers for it, name:value in a line or separated by commas; no one else may read it.",
        "file",
      ).optional(),
      remoteSignerCaps: text(
        "Only those with these keys, separated by commas: <pipeline>/<model>, or a runner's app; gateways ask for all.",
        "keys",
      ).optional(),
    }),
  label: ({ remoteSignerUrl }) => `remote signer at ${originOf(remoteSignerUrl)}`,
  create: async (
    { remoteSignerUrl: url, remoteSignerHeadersFile: file, remoteSignerCaps = "" },
    { asksEachTime = false },
  ) => {
    const [{ SignerSource }, { readSignerHeaders }] = await Promise.all([
      import("./signer-source.js"),
      import("./signer-settings.js"),
    ]);
    return new SignerSource({
      url,
      headers: file === undefined ? {} : readSignerHeaders(file),
      caps: remoteSignerCaps.split(",").filter((key) => key !== ""),
      ...(asksEachTime ? { refreshMs: 0 } : {}),
    });
  },
});
