import js from "@eslint/js";
import security from "eslint-plugin-security";
import { defineConfig, globalIgnores } from "eslint/config";
import typescript from "typescript-eslint";

export default defineConfig(
  globalIgnores(["coverage", "dist", "reports"]),
  js.configs.recommended,
  security.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [typescript.configs.strictTypeChecked, typescript.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: { complexity: ["error", 10] },
  },
);
