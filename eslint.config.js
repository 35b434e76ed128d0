import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "coverage", "schemas"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // `const { status, ...rest } = object` is how a copy without a field is made.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // The process belongs to the command line alone.
      "no-restricted-globals": ["error", { name: "process", message: "only src/cli.ts uses process" }],
    },
  },
  {
    files: ["src/cli.ts", "test/**", "scripts/**", "*.config.ts"],
    rules: { "no-restricted-globals": "off", "no-console": "off" },
  },
);
