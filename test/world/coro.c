/*
 * coro.c - switching stacks (see coro.h).
 *
 * A switch pushes the registers that a callee has to keep, exchanges the stack
 * pointer and pops the other side's: some nanoseconds, where swapcontext(3)
 * makes two system calls for the signal mask.  Machines other than x86-64 get
 * swapcontext(3).
 *
 * A stack is mapped without memory behind it, with a page below it that may not
 * be touched, and used again by the next coroutine.  AddressSanitizer has to be told
 * of every switch.
 */
#include "config.h"

#include "test/world/coro.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "test/world/world.h"

#define STACK_SIZE	(2048 * 1024)
#define GUARD_SIZE	4096

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN	1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN	1
#endif
#ifdef WITH_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

struct side {
#ifdef __x86_64__
	void		*sp;
#else
	ucontext_t	 context;
#endif
	const void	*bottom;	/* as the sanitizer calls it */
	size_t		 size;
	void		*fake;
};

struct coro {
	struct side	 process, world;
	void		(*fn)(void *);
	void		*arg;
	uint8_t		*stack;
};

static struct coro *starting;

#ifdef __x86_64__
void	world_switch_stack(void **save, void *load);
__asm__(
"	.text\n"
"	.p2align 4\n"
"	.globl	world_switch_stack\n"
"	.hidden	world_switch_stack\n"
"	.type	world_switch_stack, @function\n"
"world_switch_stack:\n"
"	pushq	%rbp\n"
"	pushq	%rbx\n"
"	pushq	%r12\n"
"	pushq	%r13\n"
"	pushq	%r14\n"
"	pushq	%r15\n"
"	movq	%rsp, (%rdi)\n"
"	movq	%rsi, %rsp\n"
"	popq	%r15\n"
"	popq	%r14\n"
"	popq	%r13\n"
"	popq	%r12\n"
"	popq	%rbx\n"
"	popq	%rbp\n"
"	ret\n"
"	.size	world_switch_stack, .-world_switch_stack\n"
"	.section .note.GNU-stack, \"\", @progbits\n"
"	.text\n"
);
#endif

static void
change(struct side *from, struct side *to)
{
#ifdef WITH_ASAN
	__sanitizer_start_switch_fiber(&from->fake, to->bottom, to->size);
#endif
#ifdef __x86_64__
	world_switch_stack(&from->sp, to->sp);
#else
	if (swapcontext(&from->context, &to->context) == -1)
		abort();
#endif
#ifdef WITH_ASAN
	__sanitizer_finish_switch_fiber(from->fake, NULL, NULL);
#endif
}

static void
begin(void)
{
	struct coro *c = starting;

#ifdef WITH_ASAN
	__sanitizer_finish_switch_fiber(NULL, &c->world.bottom,
	    &c->world.size);
#endif
	c->fn(c->arg);
	abort();
}

/* The first word that may be touched of a free stack leads to the next one. */
static void **
next_of(void *stack)
{
	return (void **)((uint8_t *)stack + STACK_SIZE - sizeof(void *));
}

static uint8_t *
take_stack(void)
{
	uint8_t *stack = world->free_stacks;

	if (stack != NULL) {
		world->free_stacks = *next_of(stack);
		return stack;
	}
	stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (stack == MAP_FAILED ||
	    mprotect(stack, GUARD_SIZE, PROT_NONE) == -1) {
		perror("world: a stack");
		abort();
	}
	return stack;
}

struct coro *
coro_new(void (*fn)(void *), void *arg)
{
	struct coro *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->fn = fn;
	c->arg = arg;
	c->stack = take_stack();
	c->process.bottom = c->stack + GUARD_SIZE;
	c->process.size = STACK_SIZE - GUARD_SIZE;
#ifdef __x86_64__
	{
		/* As if begin() had been called: see world_switch_stack. */
		uintptr_t *sp = (uintptr_t *)(c->stack + STACK_SIZE);

		*--sp = 0;
		*--sp = (uintptr_t)begin;
		sp -= 6;
		c->process.sp = sp;
	}
#else
	if (getcontext(&c->process.context) == -1)
		abort();
	c->process.context.uc_stack.ss_sp = c->stack;
	c->process.context.uc_stack.ss_size = STACK_SIZE;
	c->process.context.uc_link = NULL;
	makecontext(&c->process.context, begin, 0);
#endif
	return c;
}

void
coro_free(struct coro *c)
{
	if (c == NULL)
		return;
	*next_of(c->stack) = world->free_stacks;
	world->free_stacks = c->stack;
	free(c);
}

void
coro_enter(struct coro *c)
{
	starting = c;
	change(&c->world, &c->process);
}

void
coro_leave(struct coro *c)
{
	change(&c->process, &c->world);
}
