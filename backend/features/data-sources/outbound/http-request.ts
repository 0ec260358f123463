import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { isIP } from "node:net";
import { DomainError } from "../../../lib/errors.ts";
import type { AllowList } from "./allow-list.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface HttpLimits {
  /** From the look-up to the last byte: a source that drips is cut off as well. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** A certificate authority of the installation's own, beside the system's. */
  readonly ca?: string | undefined;
}

/** A fault that may be gone in a while. */
export const passing = (code: string, message: string, data: Record<string, unknown> = {}): DomainError =>
  new DomainError(code, message, { ...data, retry: true });

/**
 * GET of an address on the allow-list. Connects to the very address that was checked, follows no redirect, and stops
 * reading at the limit, whatever the source says of its length. Throws DomainError outbound.* or source.*.
 */
export async function httpGet(
  allowList: AllowList,
  url: URL,
  headers: Readonly<Record<string, string>>,
  { timeoutMs, maxBytes, ca }: HttpLimits,
): Promise<HttpAnswer> {
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  // Without a port of its own an entry means https.
  const target = await allowList.resolve(url.hostname, port, 443);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      call.destroy();
      reject(error);
    };
    const call = (secure ? secureRequest : plainRequest)({
      host: target.address,
      port,
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, host: url.host, "accept-encoding": "identity" },
      agent: false,
      ...(secure && isIP(target.host) === 0 ? { servername: target.host } : {}),
      ...(secure && ca ? { ca } : {}),
    });
    const timer = setTimeout(
      () => fail(passing("source.timeout", `the source did not answer in full within ${timeoutMs / 1000} seconds`)),
      timeoutMs,
    );
    call.once("error", (error: NodeJS.ErrnoException) =>
      fail(passing("source.unreachable", `the source can't be reached: ${error.code ?? error.message}`)),
    );
    call.once("response", (response) => {
      const status = response.statusCode ?? 0;
      const encoding = response.headers["content-encoding"] ?? "identity";
      if (encoding !== "identity") {
        fail(new DomainError("source.answer", `the source answers compressed (${encoding}), which was not asked for`));
        return;
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) {
          fail(
            new DomainError("source.tooLarge", `the source's answer is larger than ${maxBytes} bytes`, {
              fix: "let the source give smaller pages",
            }),
          );
        } else chunks.push(chunk);
      });
      response.once("error", (error) => fail(passing("source.unreachable", `the answer broke off: ${error.message}`)));
      response.once("end", () => {
        clearTimeout(timer);
        if (!response.complete) fail(passing("source.unreachable", "the answer broke off"));
        else resolve({ status, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    call.end();
  });
}
