import { encodeBytes32String, id, ZeroAddress, ZeroHash } from "ethers";
import { artifacts, network } from "hardhat";

/** The embedded chain's. */
const HARDFORK = "prague";
/** Text of this length names a file in IPFS. */
const PAYLOAD_REF = "Qm".padEnd(46, "b");

export interface PeerGas {
  attestation: number;
  oneRecord: number;
  pin: number;
}

/** What others' ways cost for one commitment of 32 bytes: the second of its kind, so that nothing is written for the first time. */
export async function measurePeers(): Promise<PeerGas> {
  const { ethers } = await network.create({ network: "default", override: { hardfork: HARDFORK } });
  const [sender] = await ethers.getSigners();
  const deploy = async (name: string, ...args: unknown[]) => {
    const { abi, bytecode } = await artifacts.readArtifact(name);
    const contract = await new ethers.ContractFactory(abi as string[], bytecode, sender).deploy(...args);
    await contract.waitForDeployment();
    return contract;
  };
  const gasOf = async (contract: Awaited<ReturnType<typeof deploy>>, name: string, ...args: unknown[]) => {
    const sent = await contract.getFunction(name).send(...args);
    return Number((await sent.wait())!.gasUsed);
  };

  const schemas = await deploy("SchemaRegistryMock");
  const attestations = await deploy("AttestationMock", await schemas.getAddress());
  const schema = (await schemas.getFunction("register").staticCall("bytes32 commitment", ZeroAddress, true)) as string;
  await gasOf(schemas, "register", "bytes32 commitment", ZeroAddress, true);
  const attest = (commitment: string) =>
    gasOf(attestations, "attest", schema, [sender!.address, 0, true, ZeroHash, commitment]);
  const records = await deploy("RecordStoreMock");
  const pins = await deploy("BatchPinMock");
  const pin = (n: number) =>
    gasOf(pins, "pinBatch", encodeBytes32String(`batch ${n}`), id(`batch ${n}`), PAYLOAD_REF, [id(`context ${n}`)]);

  await attest(id("first"));
  await gasOf(records, "put", id("first"));
  await pin(1);
  return {
    attestation: await attest(id("second")),
    oneRecord: await gasOf(records, "put", id("second")),
    pin: await pin(2),
  };
}
