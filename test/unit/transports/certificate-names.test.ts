import { expect, it } from "vitest";
import { certificateNames } from "../../../src/transports/port/certificate-names.ts";

it.each([
  [undefined, []],
  ["", []],
  ["DNS:Shop.Example", ["shop.example"]],
  [
    "URI:spiffe://cluster/ns/Shop, DNS:a.example, IP Address:10.0.0.1, email:a@b.c",
    ["spiffe://cluster/ns/Shop", "a.example"],
  ],
  ['DNS:"a.example, DNS:good.example"', ["a.example, dns:good.example"]],
  ['URI:"https://a/\\"b", DNS:c.example', ['https://a/"b', "c.example"]],
  ['DNS:a.example, URI:"never closed', []],
  ["what is this", []],
])("%j names %j", (text, names) => {
  expect(certificateNames(text)).toEqual(names);
});
