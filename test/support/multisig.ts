import { readFileSync } from "node:fs";
import {
  AbstractSigner,
  ContractFactory,
  concat,
  type InterfaceAbi,
  type TransactionRequest,
  type TypedDataDomain,
  type TypedDataField,
  Wallet,
} from "ethers";

const ARTIFACT = "artifacts/contracts/test/MultisigAccount.sol/MultisigAccount.json";

/** An account of three owners on the chain of `funded`. */
export async function deployMultisig(funded: Wallet): Promise<{ address: string; owners: Wallet[] }> {
  const { abi, bytecode } = JSON.parse(readFileSync(ARTIFACT, "utf8")) as { abi: InterfaceAbi; bytecode: string };
  const owners = Array.from({ length: 3 }, () => new Wallet(Wallet.createRandom().privateKey));
  const account = await new ContractFactory(abi, bytecode, funded).deploy(owners.map(({ address }) => address));
  await account.waitForDeployment();
  return { address: await account.getAddress(), owners };
}

/** Signs for an account in the name of some of its owners, as the account's contract asks for it. */
export class MultisigSigner extends AbstractSigner {
  readonly #address: string;
  readonly #owners: readonly Wallet[];

  constructor(address: string, owners: readonly Wallet[]) {
    super();
    this.#address = address;
    this.#owners = owners.toSorted((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1));
  }

  override getAddress = async (): Promise<string> => this.#address;
  override connect = (): MultisigSigner => this;
  override signTransaction = (_: TransactionRequest): Promise<string> => Promise.reject(new Error("signs acts only"));
  override signMessage = (_: string | Uint8Array): Promise<string> => Promise.reject(new Error("signs acts only"));

  override async signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    return concat(await Promise.all(this.#owners.map((owner) => owner.signTypedData(domain, types, value))));
  }
}
