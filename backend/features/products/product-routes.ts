import type { Api } from "../../platform/http/endpoint.ts";
import { product, productInput, productList } from "./product-schemas.ts";
import type { ProductService } from "./product-service.ts";

export function productRoutes(
  api: Api,
  products: ProductService,
  institution: (participantId: string) => Promise<{ _id: string; name: string }>,
): void {
  api.add({
    method: "get",
    path: "/products",
    access: "public",
    summary: "Published products",
    answer: productList,
    handle: async () => ({ items: await products.list() }),
  });
  api.add({
    method: "post",
    path: "/products",
    access: ["institution"],
    summary: "Publish a product",
    body: productInput,
    answer: product,
    status: 201,
    handle: async ({ actor, body }) => products.publish(await institution(actor.participantId), body),
  });
}
