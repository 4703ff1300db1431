# bash completion for vrrpctl(8)

_vrrpctl_names()
{
	vrrpctl "$@" show 2>/dev/null | awk 'NR > 1 && NF >= 9 { print $1 }'
}

_vrrpctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} i word
	local -a words=() opts=()

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		-s | -b)
			opts+=("$word" "${COMP_WORDS[++i]}")
			;;
		-*) ;;
		*)
			words+=("$word")
			;;
		esac
	done
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	-s | -b)
		COMPREPLY=($(compgen -f -- "$cur"))
		return
		;;
	esac
	if [[ $cur == -* && ${words[0]} == convert ]]; then
		COMPREPLY=($(compgen -W '--strict --id= --script-user= --ipvs=
		    --run-beside' -- "$cur"))
		return
	fi
	if [[ $cur == -* && ${words[0]} == set ]]; then
		COMPREPLY=($(compgen -W '--keep' -- "$cur"))
		return
	fi
	if [[ $cur == -* && ${words[0]} == reload ]]; then
		COMPREPLY=($(compgen -W '--dry-run --timeout=' -- "$cur"))
		return
	fi
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W '-j -s -b -V -h' -- "$cur"))
		return
	fi
	case "${#words[@]} ${words[*]}" in
	0*)
		COMPREPLY=($(compgen -W 'show set handover disable enable
		    bfd monitor reload confirm restart check convert' -- "$cur"))
		;;
	'1 show')
		COMPREPLY=($(compgen -W "bfd history stats
		    $(_vrrpctl_names "${opts[@]}")" -- "$cur"))
		;;
	'1 bfd')
		COMPREPLY=($(compgen -W 'disable enable' -- "$cur"))
		;;
	'1 restart')
		COMPREPLY=($(compgen -W 'bfdd' -- "$cur"))
		;;
	'1 check' | '1 convert')
		COMPREPLY=($(compgen -f -- "$cur"))
		;;
	'1 set' | '1 handover' | '1 disable' | '1 enable' | \
	    '2 show history' | '2 show stats')
		COMPREPLY=($(compgen -W "$(_vrrpctl_names "${opts[@]}")" \
		    -- "$cur"))
		;;
	'2 set '*)
		COMPREPLY=($(compgen -W 'advert_int priority' -- "$cur"))
		;;
	esac
}

complete -F _vrrpctl vrrpctl
