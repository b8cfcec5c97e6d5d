import * as Type from "typebox";
import { defineCommand } from "../lib/step/define-command.ts";

const bash = `_fairlead() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(fairlead __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _fairlead fairlead
`;

const zsh = `#compdef fairlead
_fairlead() {
  local -a candidates
  local name summary
  while IFS=$'\\t' read -r name summary; do
    candidates+=("\${name//:/\\\\:}:\${summary}")
  done < <(fairlead __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then _describe fairlead candidates; else _files; fi
}
if [ "\${funcstack[1]}" = _fairlead ]; then _fairlead "$@"; else compdef _fairlead fairlead; fi
`;

const fish = `function __fairlead_complete
  set -l words (commandline -opc) (commandline -ct)
  fairlead __complete $words[2..-1] 2>/dev/null
end
complete -c fairlead -f -n "test (count (__fairlead_complete)) -gt 0" -a "(__fairlead_complete)"
`;

const scripts = { bash, zsh, fish } as const;

export const completion = defineCommand({
  name: "completion",
  summary: "Print a shell's completion script",
  description: `Candidates come from the program itself, so that a script printed once stays right.

  bash: source <(fairlead completion bash)
  zsh:  source <(fairlead completion zsh)
  fish: fairlead completion fish | source`,
  params: {
    shell: Type.Enum(["bash", "zsh", "fish"], { description: "Shell that is to complete" }),
  },
  positional: ["shell"],
  exitCodes: [
    { code: 0, meaning: "printed" },
    { code: 2, meaning: "invalid input" },
  ],
  example: { shell: "bash" },
  run: async ({ params, print }) => print(scripts[params.shell]),
});
