//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// One byte in all 32 of a register.
#define SPREAD(v, x, y) \
	MOVQ         $v, AX \
	VMOVQ        AX, x  \
	VPBROADCASTB x, y

// The high bits of the bytes of two registers, as the 64 bits of a mark.
#define GATHER(low, high, mark) \
	VPMOVMSKB low, AX  \
	VPMOVMSKB high, BX \
	SHLQ      $32, BX  \
	ORQ       BX, AX   \
	MOVQ      AX, mark(DI)

// To whoever adds an instruction here: what touches an X or Y register begins with V. VMOVQ AX, X6 and MOVQ AX, X6 move the
// same bits, but the second is legacy SSE, which keeps the upper half of Y6 and so waits for whoever wrote it last; Intel's
// processors pay for that each time while upper halves are in use, AMD's do not. Three such moves cost an Intel Xeon seven
// eighths of its speed, and no test of results sees them: TestTheAssemblyHasNoLegacySSE does, on any processor.

// func classifyAVX2(bytes []byte, out []marks)
//
// It reads by SI and writes by DI, both one block on for each of CX, the length of out; whoever calls it has checked that
// there are as many bytes.
//
// A byte that equals becomes 0xff. A byte is below 0x20 where it is the lesser of itself and 0x1f. Brackets differ from
// braces in the bit 0x20 alone. A product without carries with ones everywhere makes each bit the parity of those below.
TEXT ·classifyAVX2(SB), NOSPLIT, $0-48
	MOVQ bytes_base+0(FP), SI
	MOVQ out_base+24(FP), DI
	MOVQ out_len+32(FP), CX
	SPREAD(0x22, X8, Y8)
	SPREAD(0x5c, X9, Y9)
	SPREAD(0x1f, X10, Y10)
	SPREAD(0x20, X11, Y11)
	SPREAD(0x7b, X12, Y12)
	SPREAD(0x7d, X13, Y13)
	VPCMPEQB X14, X14, X14

next:
	TESTQ    CX, CX
	JZ       done
	VMOVDQU  (SI), Y0
	VMOVDQU  32(SI), Y1
	VPCMPEQB Y0, Y8, Y2
	VPCMPEQB Y1, Y8, Y3
	GATHER(Y2, Y3, marks_quotes)
	VMOVQ    AX, X6
	MOVQ     AX, R8
	VPCLMULQDQ $0, X14, X6, X6
	VMOVQ    X6, marks_within(DI)
	VPCMPEQB Y0, Y9, Y4
	VPCMPEQB Y1, Y9, Y5
	GATHER(Y4, Y5, marks_slashes)
	ORQ      AX, R8
	VPMINUB  Y0, Y10, Y6
	VPMINUB  Y1, Y10, Y7
	VPCMPEQB Y0, Y6, Y6
	VPCMPEQB Y1, Y7, Y7
	GATHER(Y6, Y7, marks_controls)
	ORQ      AX, R8
	MOVQ     R8, marks_stops(DI)
	VPOR     Y0, Y11, Y0
	VPOR     Y1, Y11, Y1
	VPCMPEQB Y0, Y12, Y2
	VPCMPEQB Y1, Y12, Y3
	VPCMPEQB Y0, Y13, Y4
	VPCMPEQB Y1, Y13, Y5
	VPOR     Y2, Y4, Y2
	VPOR     Y3, Y5, Y3
	GATHER(Y2, Y3, marks_brackets)
	ADDQ     $64, SI
	ADDQ     $marks__size, DI
	DECQ     CX
	JMP      next

done:
	VZEROUPPER
	RET
