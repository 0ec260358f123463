import { expect } from "chai";
import jwt from "jsonwebtoken";
import { z } from "zod";
import { Api } from "../../scripts/client/api.ts";
import { namesField, refused } from "../support/refusal.ts";
import { type RunningServer, sharedServer } from "../support/server.ts";

describe("sessions and bad input over HTTP", function () {
  this.timeout(180_000);
  let server: RunningServer;
  let api: Api;
  const operator = () => server.demoAccounts.find(({ role }) => role === "operator")!;

  before(async () => {
    server = await sharedServer();
    api = new Api(server.url);
  });

  it("tells everyone what a client needs to sign", async () => {
    const meta = await api.meta();
    expect(meta.contracts.financing).to.match(/^0x[0-9a-fA-F]{40}$/);
    expect(new Set(meta.demoAccounts.map(({ role }) => role))).to.include.keys("operator", "regulator", "department");
    expect(Math.abs(Date.parse(meta.time) - Date.now())).to.be.below(60_000);
  });

  it("opens a session that says whose it is", async () => {
    const { username, password } = operator();
    const session = await api.login(username, password);
    expect(session.account).to.deep.include({ username, role: "operator", hasKeystore: true });
    expect(Date.parse(session.expiresAt)).to.be.above(Date.now());
    expect(await api.as(session.token).me()).to.deep.equal(session.account);
  });

  it("keeps the session in a cookie that scripts can't read", async () => {
    const { username, password } = operator();
    const answer = await api.transport.raw("POST", "/sessions", { json: { username, password } });
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).to.match(/^rongqiao_session=[^;]+/);
    expect(cookie).to.match(/HttpOnly/i);
    expect(cookie).to.match(/SameSite=Strict/i);
    const me = await api.transport.raw("GET", "/me", undefined, { cookie: cookie.split(";")[0]! });
    expect(JSON.parse(me.text)).to.deep.include({ username });
  });

  it("ends a session for good", async () => {
    const { username, password } = operator();
    const own = api.as((await api.login(username, password)).token);
    await own.me();
    await own.logout();
    await refused(own.me(), 401);
  });

  it("answers a wrong password and an unknown name alike", async () => {
    const wrong = await refused(api.login(operator().username, "not the password"), 401);
    const unknown = await refused(api.login("nobody-at-all", "not the password"), 401);
    expect(unknown.code).to.equal(wrong.code);
    expect(unknown.detail).to.equal(wrong.detail);
  });

  it("asks for a session where one is needed", async () => {
    await refused(api.me(), 401);
    await refused(api.requests(), 401);
    await refused(api.as("not-a-token").me(), 401);
  });

  it("refuses tokens that it did not sign", async () => {
    const { username, password } = operator();
    const { token } = await api.login(username, password);
    const [header, payload] = token.split(".") as [string, string];
    const claims = jwt.decode(token) as jwt.JwtPayload;
    const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.${payload}.`;
    await refused(api.as(unsigned).me(), 401);
    await refused(api.as(jwt.sign(claims, "a secret of the attacker's own, long enough")).me(), 401);
    await refused(api.as(`${header}.${payload}.${"A".repeat(43)}`).me(), 401);
  });

  it("names the field, the reason and the fix of bad input", async () => {
    const problem = await refused(api.transport.post("/sessions", { username: "" }, neverAnswered), 400);
    namesField(problem, "username");
    namesField(problem, "password");
  });

  it("takes no query operators for values", async () => {
    const body = { username: { $ne: null }, password: { $ne: null } };
    namesField(await refused(api.transport.post("/sessions", body, neverAnswered), 400), "username");
  });

  it("tells broken JSON, unknown addresses and oversized bodies apart", async () => {
    const broken = await api.transport.raw("POST", "/sessions", { bytes: Buffer.from("{") }, json);
    expect(broken.status).to.equal(400);
    expect(JSON.parse(broken.text).code).to.be.a("string");
    expect(broken.headers.get("content-type")).to.match(/^application\/problem\+json/);

    const unknown = await api.transport.raw("GET", "/nothing-here");
    expect(unknown.status).to.equal(404);
    expect(unknown.headers.get("content-type")).to.match(/^application\/problem\+json/);

    const large = Buffer.from(JSON.stringify({ username: "x".repeat(3_000_000), password: "y" }));
    const oversized = await api.transport.raw("POST", "/sessions", { bytes: large }, json);
    expect(oversized.status).to.equal(413);
  });

  it("describes itself as OpenAPI", async () => {
    const answer = await api.transport.raw("GET", "/openapi.json");
    const document = JSON.parse(answer.text) as { openapi: string; paths: Record<string, unknown> };
    expect(document.openapi).to.match(/^3\.1/);
    expect(Object.keys(document.paths)).to.have.length.above(30);
  });
});

const json = { "content-type": "application/json" };
const neverAnswered = z.never();
