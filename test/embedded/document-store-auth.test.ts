import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { rmSync } from "node:fs";
import { expect } from "chai";
import { type Document, MongoClient, type MongoClientOptions } from "mongodb";
import mongoose from "mongoose";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { Conversation, makeAccount } from "../../backend/embedded/document-store/scram.ts";
import { type RunningServer, serve } from "../../backend/embedded/document-store/server.ts";
import { failure, temporaryFolder } from "./document-store-support.ts";

const USER = "rongqiao";
const PASSWORD = "p@ss, w=rd/%";

describe("document store: logging in", () => {
  const dir = temporaryFolder();
  let server: RunningServer;
  let clients: MongoClient[] = [];
  before(async () => {
    server = await serve({ dataDir: dir, port: 0, credentials: { user: USER, password: PASSWORD }, log: () => {} });
  });
  afterEach(async () => {
    for (const c of clients) await c.close();
    clients = [];
  });
  after(async () => {
    await server.close();
    rmSync(dir, { recursive: true });
  });

  async function connect(options: MongoClientOptions = {}, port = server.port): Promise<MongoClient> {
    const client = new MongoClient(`mongodb://127.0.0.1:${port}/`, { serverSelectionTimeoutMS: 3000, ...options });
    clients.push(client);
    return client.connect();
  }
  const code = async (p: Promise<unknown>): Promise<unknown> => (await failure(p)).code;
  const as = (username: string, password: string, more: MongoClientOptions = {}): MongoClientOptions => ({
    auth: { username, password },
    ...more,
  });

  it("serves a client that knows the password, and says who it is", async () => {
    const client = await connect(as(USER, PASSWORD));
    await client.db("t").collection("c").insertOne({ a: 1 });
    expect(await client.db("t").collection("c").countDocuments()).to.equal(1);
    const { authInfo } = await client.db("admin").command({ connectionStatus: 1 });
    expect(authInfo.authenticatedUsers).to.deep.equal([{ user: USER, db: "admin" }]);
    expect(authInfo.authenticatedUserRoles).to.deep.equal([{ role: "root", db: "admin" }]);
  });

  it("takes the credentials from a connection string, with mongoose too", async () => {
    const url = `mongodb://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${server.port}/t?authSource=admin`;
    const connection = await mongoose.createConnection(url).asPromise();
    const Model = connection.model("Thing", new mongoose.Schema({ n: Number }));
    await Model.create({ n: 5 });
    expect(await Model.countDocuments({ n: 5 })).to.equal(1);
    await connection.close();
  });

  it("is started with credentials, and gives connection strings that carry them", async () => {
    const dataDir = temporaryFolder();
    const store = await startDocumentStore({ dataDir, port: 0, credentials: { user: USER, password: PASSWORD } });
    const client = await MongoClient.connect(store.url("t"), { retryWrites: true });
    await client.db().collection("c").insertOne({ a: 1 });
    expect(await client.db("t").collection("c").countDocuments()).to.equal(1);
    await client.close();
    expect((await failure((await connect({}, store.port)).db("t").command({ count: "c" }))).code).to.equal(13);
    await store.stop();
    rmSync(dataDir, { recursive: true });
  });

  it("refuses a wrong password and an unknown user alike", async () => {
    const wrong = await failure(connect(as(USER, "wrong")));
    const unknown = await failure(connect(as("nobody", PASSWORD)));
    for (const e of [wrong, unknown]) {
      expect(e.code).to.equal(18);
      expect(e.codeName).to.equal("AuthenticationFailed");
      expect(e.message).to.equal("Authentication failed.");
    }
    expect((await failure(connect(as(USER, PASSWORD, { authSource: "t" })))).code).to.equal(18);
  });

  it("refuses other mechanisms", async () => {
    const e = await failure(connect(as(USER, PASSWORD, { authMechanism: "SCRAM-SHA-1" })));
    expect(e.code).to.equal(334);
    expect(
      (await failure(connect(as(USER, PASSWORD, { authMechanism: "PLAIN", authSource: "$external" })))).code,
    ).to.equal(334);
  });

  it("lets a client without a login say hello, and no more", async () => {
    const client = await connect();
    const db = client.db("t");
    expect((await db.command({ ping: 1 })).ok).to.equal(1);
    expect((await db.command({ buildInfo: 1 })).version).to.equal("7.0.0");
    expect((await db.command({ connectionStatus: 1 })).authInfo.authenticatedUsers).to.deep.equal([]);
    for (const command of [
      { find: "c" },
      { insert: "c", documents: [{ a: 1 }] },
      { listCollections: 1 },
      { serverStatus: 1 },
      { dropDatabase: 1 },
      { getMore: 1n, collection: "c" },
      { aggregate: 1, pipeline: [], cursor: {} },
      { endSessions: [] },
    ]) {
      const e = await failure(db.command(command));
      expect(e.code, JSON.stringify(Object.keys(command))).to.equal(13);
      expect(e.message).to.equal(`Command ${Object.keys(command)[0]} requires authentication`);
    }
    expect((await failure(db.command({ noSuchCommand: 1 }))).code).to.equal(59);
  });

  it("serves many pools at once, and each connection anew after it was lost", async () => {
    const pools = await Promise.all(
      Array.from({ length: 5 }, () => connect(as(USER, PASSWORD, { maxPoolSize: 10, minPoolSize: 5 }))),
    );
    const work = pools.flatMap((p, i) =>
      Array.from({ length: 40 }, (_, k) =>
        p
          .db("t")
          .collection<{ _id: string }>("pools")
          .insertOne({ _id: `${i}-${k}` }),
      ),
    );
    await Promise.all(work);
    expect(await pools[0]!.db("t").collection("pools").countDocuments()).to.equal(200);

    const port = server.port;
    await server.close();
    server = await serve({ dataDir: dir, port, credentials: { user: USER, password: PASSWORD }, log: () => {} });
    for (const p of pools) expect(await p.db("t").collection("pools").countDocuments()).to.equal(200);
  });

  it("keeps one connection's login from another, and forgets it on logout", async () => {
    const [a, b] = [await connect(as(USER, PASSWORD, { maxPoolSize: 1 })), await connect({ maxPoolSize: 1 })];
    expect((await failure(b.db("t").command({ count: "c" }))).code).to.equal(13);
    await a.db("t").command({ logout: 1 });
    expect((await a.db("t").command({ count: "c" })).ok, "logged in on admin, not on t").to.equal(1);
    await a.db("admin").command({ logout: 1 });
    expect((await failure(a.db("t").command({ count: "c" }))).code).to.equal(13);
  });

  it("proves that it knows the password too, with or without the empty exchange at the end", async () => {
    for (const skipEmptyExchange of [false, true]) {
      const admin = (await connect({ maxPoolSize: 1 })).db("admin");
      const bare = `n=${USER},r=client-nonce`;
      const first = await admin.command({
        saslStart: 1,
        mechanism: "SCRAM-SHA-256",
        payload: Buffer.from(`n,,${bare}`),
        options: { skipEmptyExchange },
      });
      const challenge = first.payload.toString();
      const [, nonce, salt] = /^r=(.+),s=(.+),i=15000$/.exec(challenge)!;
      const salted = pbkdf2Sync(PASSWORD, Buffer.from(salt!, "base64"), 15_000, 32, "sha256");
      const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
      const clientKey = hmac(salted, "Client Key");
      const unproved = `c=biws,r=${nonce}`;
      const auth = `${bare},${challenge},${unproved}`;
      const signature = hmac(createHash("sha256").update(clientKey).digest(), auth);
      const proof = Buffer.from(clientKey.map((b, i) => b ^ signature[i]!)).toString("base64");
      const next = (payload: string): Promise<Document> =>
        admin.command({ saslContinue: 1, conversationId: first.conversationId, payload: Buffer.from(payload) });
      const second = await next(`${unproved},p=${proof}`);
      expect(second.payload.toString()).to.equal(`v=${hmac(hmac(salted, "Server Key"), auth).toString("base64")}`);
      expect(second.done).to.equal(skipEmptyExchange);
      if (!skipEmptyExchange) {
        expect(await code(admin.command({ listDatabases: 1 })), "not before the end").to.equal(13);
        expect((await next("")).done).to.equal(true);
      }
      expect((await admin.command({ listDatabases: 1 })).ok).to.equal(1);
    }
  });

  it("refuses steps of a login out of turn", async () => {
    const client = await connect({ maxPoolSize: 1 });
    const admin = client.db("admin");
    const proof = Buffer.from("c=biws,r=x,p=eA==");
    const step = (conversationId: number) => admin.command({ saslContinue: 1, conversationId, payload: proof });
    const start = (text: string) =>
      admin.command({ saslStart: 1, mechanism: "SCRAM-SHA-256", payload: Buffer.from(text) });
    expect((await failure(step(1))).code).to.equal(17);
    for (const bad of ["", "x", "n,,n=rongqiao", "n,,r=abc,n=rongqiao", "p=tls-unique,,n=rongqiao,r=abc"])
      expect((await failure(start(bad))).code, bad).to.equal(18);
    const first = await start("n,,n=rongqiao,r=abc");
    expect(first.done).to.equal(false);
    expect(first.payload.toString()).to.match(/^r=abc.+,s=.+,i=15000$/);
    expect((await failure(step(7))).code).to.equal(17);
    await start("n,,n=rongqiao,r=abc");
    expect((await failure(step(1))).code).to.equal(18);
    expect((await failure(step(1))).code, "a failed login is over").to.equal(17);
    expect((await failure(admin.command({ listDatabases: 1 }))).code).to.equal(13);
  });

  it("refuses a login where no password is set", async () => {
    const dataDir = temporaryFolder();
    const open = await serve({ dataDir, port: 0, log: () => {} });
    expect((await failure(connect(as(USER, PASSWORD), open.port))).code).to.equal(18);
    expect((await (await connect({}, open.port)).db("t").command({ count: "c" })).n).to.equal(0);
    await open.close();
    rmSync(dataDir, { recursive: true });
  });

  it("takes only printable ASCII for the user and the password", async () => {
    for (const credentials of [
      { user: "", password: "x" },
      { user: "x", password: "" },
      { user: "张三", password: "x" },
      { user: "x", password: "密码" },
      { user: "x", password: "tab\t" },
    ]) {
      const e = await failure(serve({ dataDir: dir, port: 0, credentials }));
      expect(e.message).to.match(/must be printable ASCII/);
    }
  });

  it("keeps no password, and challenges a name always with the same salt", () => {
    const account = makeAccount({ user: USER, password: PASSWORD });
    expect(JSON.stringify(account)).not.to.include(PASSWORD);
    const salt = (user: string): string | undefined =>
      /s=([^,]+)/.exec(Conversation.start(account, `n,,n=${user},r=abc`, false)!.challenge)?.[1];
    expect(salt("ghost")).to.equal(salt("ghost"));
    expect(salt("ghost")).not.to.equal(salt("other"));
    expect(salt(USER)!.length).to.equal(salt("ghost")!.length);
  });
});
