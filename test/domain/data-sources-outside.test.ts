import { expect } from "chai";
import fc from "fast-check";
import {
  byteSequence,
  parseSignatureInput,
  signatureBase,
} from "../../backend/features/data-sources/domain/message-signature.ts";
import { tableQuery } from "../../backend/features/data-sources/domain/table-query.ts";
import { createSealing } from "../../backend/features/data-sources/sealing.ts";

describe("rules of data sources", () => {
  it("quote any name, and put no value into a statement", () => {
    const names = fc.string({ minLength: 1, unit: fc.constantFrom("a", '"', "`", "'", ";", "-", " ", "\\", "中") });
    const engine = fc.constantFrom("postgresql" as const, "mysql" as const, "sqlite" as const);
    fc.assert(
      fc.property(engine, names, names, names, (kind, table, keyColumn, value) => {
        const shape = { table, keyColumn, settleSeconds: 0 };
        const { sql, parameters } = tableQuery(kind, shape, { mapping: [] }, [value], 5);
        const quote = kind === "mysql" ? "`" : '"';
        const quoted = (name: string) => quote + name.replaceAll(quote, quote + quote) + quote;
        const parameter = { postgresql: "$1", mysql: "?", sqlite: "?1" }[kind];
        expect(sql).to.equal(
          `SELECT * FROM ${quoted(table)} WHERE ${quoted(keyColumn)} IS NOT NULL AND ${quoted(keyColumn)} > ${parameter} ORDER BY ${quoted(keyColumn)} LIMIT 5`,
        );
        expect(parameters).to.deep.equal([value]);
      }),
    );
    expect(() =>
      tableQuery("sqlite", { table: "a\0b", keyColumn: "k", settleSeconds: 0 }, { mapping: [] }, null, 1),
    ).to.throw();
  });

  it("open a secret with the key that sealed it, for the place that it was sealed for, and unchanged", () => {
    const sealing = createSealing(Buffer.alloc(32, 1));
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), (text, place, at) => {
        const sealed = sealing.seal(text, place);
        expect(sealing.open(sealed, place)).to.equal(text);
        expect(() => sealing.open(sealed, `${place}x`)).to.throw();
        expect(() => createSealing(Buffer.alloc(32, 2)).open(sealed, place)).to.throw();
        const bytes = Buffer.from(sealed, "base64");
        bytes[at % bytes.length]! ^= 1;
        expect(() => sealing.open(bytes.toString("base64"), place)).to.throw();
      }),
    );
  });

  describe("signatures", () => {
    it("are read as RFC 9421 writes them", () => {
      // Of its section 2.5, without the components that take parameters.
      const input = parseSignatureInput(
        'sig1=("@method" "@authority" "@path" "content-digest" "content-length" "content-type");created=1618884473;keyid="test-key-rsa-pss"',
      )!;
      const headers: Record<string, string> = {
        host: "example.com",
        "content-type": "application/json",
        "content-digest":
          "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
        "content-length": "18",
      };
      const base = signatureBase(
        { method: "POST", target: "/foo?param=Value&Pet=dog", header: (name) => headers[name] },
        input,
      );
      expect(base).to.equal(
        [
          '"@method": POST',
          '"@authority": example.com',
          '"@path": /foo',
          `"content-digest": ${headers["content-digest"]}`,
          '"content-length": 18',
          '"content-type": application/json',
          '"@signature-params": ("@method" "@authority" "@path" "content-digest" "content-length" "content-type");created=1618884473;keyid="test-key-rsa-pss"',
        ].join("\n"),
      );
      expect(input).to.deep.include({ created: 1_618_884_473, keyId: "test-key-rsa-pss", label: "sig1" });
    });

    it("are refused in any other form", () => {
      for (const header of [
        "",
        "sig",
        "sig=()x",
        'sig=("@method";req);created=1',
        'sig=("@method"), other=("@path")',
        'sig=("@method");created="now',
        'Sig=("@method")',
        'sig=("@method");nonce=?1',
      ]) {
        expect(parseSignatureInput(header), header).to.equal(undefined);
      }
      const twice = parseSignatureInput('sig=("@path" "@path");created=1')!;
      expect(signatureBase({ method: "GET", target: "/", header: () => undefined }, twice)).to.equal(undefined);
      const absent = parseSignatureInput('sig=("date");created=1')!;
      expect(signatureBase({ method: "GET", target: "/", header: () => undefined }, absent)).to.equal(undefined);
    });

    it("never take long to read, whatever was sent", () => {
      fc.assert(
        fc.property(
          fc.string({ maxLength: 5_000, unit: fc.constantFrom('"', "a", ";", "=", " ", "(", ")", ":", ",") }),
          (text) => {
            const took = () => {
              const startedAt = performance.now();
              parseSignatureInput(`sig=(${text}`);
              parseSignatureInput(`sig=("a")${text}`);
              byteSequence(text, "sig");
              return performance.now() - startedAt;
            };
            // A busy machine may hold up one try, not all of them.
            expect([1, 2, 3].some(() => took() < 200)).to.equal(true);
          },
        ),
      );
    });
  });
});
