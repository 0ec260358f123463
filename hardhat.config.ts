import { fileURLToPath } from "node:url";
import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers],
  solidity: {
    version: "0.8.30",
    // The compiler comes with the packages: nothing is downloaded. Hardhat takes an absolute path only.
    path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
    settings: { evmVersion: "cancun", optimizer: { enabled: true, runs: 5_000 } },
    npmFilesToBuild: ["@openzeppelin/contracts/access/manager/AccessManager.sol"],
  },
  networks: {
    // `hardhat node --network node`: another program in the embedded chain's place, at the least EVM that is enough.
    node: {
      type: "edr-simulated",
      chainType: "l1",
      chainId: 31_337,
      hardfork: "cancun",
      blockGasLimit: 60_000_000,
      loggingEnabled: false,
    },
  },
  paths: {
    sources: "./contracts",
    tests: { mocha: "./test/contracts", solidity: "./test/contracts" },
    artifacts: "./artifacts",
    cache: "./cache",
  },
  typechain: { outDir: "./types" },
  test: {
    mocha: { timeout: 20_000 },
    solidity: { fuzz: { runs: 128, seed: "0x5eed" }, invariant: { runs: 24, depth: 40, failOnRevert: false } },
  },
});
