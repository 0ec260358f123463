import { expect } from "chai";
import { createAllowList } from "../../backend/features/data-sources/outbound/allow-list.ts";
import { httpGet } from "../../backend/features/data-sources/outbound/http-request.ts";
import { codeOf } from "../support/domain-fault.ts";
import { type JsonSource, json, startJsonSource } from "../support/json-source.ts";
import { TEST_CA, TEST_CERTIFICATE, TEST_KEY } from "../support/test-certificates.ts";

const limits = { timeoutMs: 2_000, maxBytes: 10_000 };

describe("where a source may be called", function () {
  this.timeout(20_000);
  let source: JsonSource;
  let secure: JsonSource;

  before(async () => {
    source = await startJsonSource((_, response) => json(response, []));
    secure = await startJsonSource((_, response) => json(response, []), { key: TEST_KEY, cert: TEST_CERTIFICATE });
  });
  after(async () => {
    await source.stop();
    await secure.stop();
  });

  const addresses: Record<string, string[]> = {
    "public.test": ["203.0.114.7"],
    "inside.test": ["127.0.0.1"],
    "api.test": ["127.0.0.1"],
    "both.test": ["203.0.114.7", "127.0.0.1"],
    "metadata.test": ["169.254.169.254"],
    "mapped.test": ["::ffff:127.0.0.1"],
    "local6.test": ["fd00::1"],
  };
  const lookUp = async (host: string): Promise<string[]> => addresses[host] ?? [];
  const get = (url: string, allow: readonly string[], ca?: string) =>
    httpGet(createAllowList(allow, lookUp), new URL(url), {}, { ...limits, ca });

  it("is nowhere, unless it is said", async () => {
    expect(await codeOf(get(source.url, []))).to.equal("outbound.notAllowed");
    expect(await codeOf(get(source.url, ["127.0.0.1"]))).to.equal("outbound.notAllowed");
    expect((await get(source.url, ["127.0.0.1:*"])).status).to.equal(200);
    expect((await get(source.url, [`127.0.0.1:${source.port}`])).status).to.equal(200);
    expect(await codeOf(get(source.url, [`127.0.0.1:${source.port + 1}`]))).to.equal("outbound.notAllowed");
  });

  it("is never inside by way of a name, but in the network that was said", async () => {
    for (const host of ["inside", "both", "metadata", "mapped", "local6"]) {
      const url = `http://${host}.test:${source.port}/`;
      expect(await codeOf(get(url, ["*.test:*"])), host).to.equal("outbound.notAllowed");
    }
    const url = `http://inside.test:${source.port}/`;
    expect(await codeOf(get(url, ["inside.test:*=10.0.0.0/8"]))).to.equal("outbound.notAllowed");
    expect((await get(url, ["inside.test:*=127.0.0.0/8"])).status).to.equal(200);
    expect(await codeOf(get(`http://nothing.test:${source.port}/`, ["*.test:*"]))).to.equal("outbound.notAllowed");
  });

  it("can't be got round by writing an address in another way", async () => {
    for (const host of [
      "127.1",
      "0x7f000001",
      "2130706433",
      "0177.0.0.1",
      "[::1]",
      "[::ffff:7f00:1]",
      "localhost",
      "127.0.0.1.",
    ]) {
      const url = `http://${host}:${source.port}/`;
      expect(await codeOf(get(url, ["api.test:*", "*.1:*"])), host).to.equal("outbound.notAllowed");
    }
    expect(() => createAllowList(["a b"])).to.throw(/no host/);
    expect(() => createAllowList(["host:99999"])).to.throw(/port/);
    expect(() => createAllowList(["host=10.0.0.0/8=x"])).to.throw(/no host/);
    expect(() => createAllowList(["host=ten"])).to.throw(/no network/);
  });

  it("stays where it was looked up, though the name leads elsewhere a moment later", async () => {
    let asked = 0;
    const rebinding = createAllowList(["inside.test:*=127.0.0.0/8"], async () =>
      asked++ === 0 ? ["127.0.0.1"] : ["127.0.0.2"],
    );
    const answer = await httpGet(rebinding, new URL(`http://inside.test:${source.port}/`), {}, limits);
    expect([answer.status, asked]).to.deep.equal([200, 1]);
  });

  it("is who its certificate says", async () => {
    const allow = ["api.test:*=127.0.0.0/8", "other.test:*=127.0.0.0/8"];
    addresses["other.test"] = ["127.0.0.1"];
    const at = (host: string) => `https://${host}:${secure.port}/`;
    expect((await get(at("api.test"), allow, TEST_CA)).status).to.equal(200);
    expect(await codeOf(get(at("api.test"), allow))).to.equal("source.unreachable");
    expect(await codeOf(get(at("other.test"), allow, TEST_CA))).to.equal("source.unreachable");
  });
});
